/** Browsers, in the order to look for them: most of them also say that they are Chrome or Safari. And our own command. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/^drover\//, 'Command line'],
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFxiOS\/|\bFirefox\//, 'Firefox'],
  [/\bCriOS\/|\bHeadlessChrome\/|\bChrom(?:e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]

export type DeviceName = { readonly name: string; readonly kind: 'phone' | 'tablet' | 'computer' }

/** "Chrome on Linux", "Safari on iPhone"; what a user agent does not tell is left out. */
export function deviceName(userAgent: string | null | undefined): DeviceName {
  const text = userAgent ?? ''
  const browser = browsers.find(([pattern]) => pattern.test(text))?.[1]
  const system = systems.find(([pattern]) => pattern.test(text))?.[1]
  const name = browser && system ? `${browser} on ${system}` : (browser ?? system ?? 'Unknown device')
  const isTablet = system === 'iPad' || (system === 'Android' && !/\bMobile\b/.test(text))
  return { name, kind: isTablet ? 'tablet' : system === 'iPhone' || system === 'Android' ? 'phone' : 'computer' }
}
