/** What the browser keeps for the app and how much it may; `undefined` where it doesn't tell. */
export type EstimateRoom = () => Promise<{ readonly usage: number; readonly quota: number } | undefined>

/** Beyond this share of what the browser grants, what can be had again makes room. */
const roomShare = 0.8

export async function isRoomShort(estimate: EstimateRoom): Promise<boolean> {
  const room = await estimate()
  return room !== undefined && room.quota > 0 && room.usage >= room.quota * roomShare
}
