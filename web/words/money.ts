/** "$0.84", "$6.12"; below a cent "<$0.01"; nothing known: "–". */
export function moneyWords(usd: number | undefined): string {
  if (usd === undefined) return '–'
  if (usd > 0 && usd < 0.01) return '<$0.01'
  return `$${usd.toFixed(2)}`
}
