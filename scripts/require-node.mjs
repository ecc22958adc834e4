// Runs before every npm script, on whatever Node the system has, so it must stay plain JavaScript.
const wanted = 24
const major = Number(process.versions.node.split('.')[0])
if (major < wanted) {
  console.error(
    `Drover needs Node ${wanted} or newer and found ${process.version}. "npm ci" installs it inside the project; run that again, and if this sentence stays, install Node ${wanted} on the system.`,
  )
  process.exit(1)
}
