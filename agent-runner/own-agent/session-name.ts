/** Below the home folder of a run: where our agent keeps its conversations. */
export const sessionFolder = '.drover-agent'

export function sessionName(sessionId: string): string {
  return sessionId.replaceAll(/[^\w-]/g, '_')
}

export function sessionFile(sessionId: string): string {
  return `${sessionFolder}/${sessionName(sessionId)}.json`
}
