/** "$0.84", "$6.12"; below a cent "<$0.01"; nothing known: "–". */
export function moneyWords(usd: number | undefined): string {
  if (usd === undefined) return '–'
  if (usd > 0 && usd < 0.01) return '<$0.01'
  return `$${usd.toFixed(2)}`
}

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const small = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumSignificantDigits: 2,
})

/** "$1,204.50", "$0.84", "$0.0042": where the amount is what is looked at. */
export function exactMoney(usd: number): string {
  if (usd <= 0) return '$0'
  return usd < 0.1 ? small.format(usd) : dollars.format(usd)
}
