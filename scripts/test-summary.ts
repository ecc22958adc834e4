import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/**
 * The last lines of `npm test`: each test by name that was skipped or passed only at its second try, then `N passed, N failed[, N skipped]` over all projects.
 * A file that does not load and an error outside any test count as failed. With DROVER_REQUIRE=all a skipped test
 * fails the run, because there every engine has to be present.
 */
export default class TestSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      let failedInside = 0
      for (const test of module.children.allTests()) {
        const state = hasBrokenParent(test) ? 'failed' : test.result().state
        if (state === 'passed') counts.passed += 1
        if (state === 'failed') failedInside += 1
        if (test.diagnostic()?.flaky === true)
          console.log(`passed at the second try: ${module.relativeModuleId} > ${test.fullName}`)
        if (state !== 'skipped') continue
        counts.skipped += 1
        console.log(`skipped: ${module.relativeModuleId} > ${test.fullName}`)
      }
      counts.failed += failedInside
      if (failedInside === 0 && module.state() === 'failed') counts.failed += 1
    }
    if (process.env['DROVER_REQUIRE'] === 'all' && counts.skipped > 0) {
      console.log('DROVER_REQUIRE=all: nothing may be skipped here, so this run fails.')
      process.exitCode = 1
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
    console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  }
}

/** A test that never ran because a hook of its suite failed is a failure, not a skip. */
const hasBrokenParent = (test: TestCase): boolean => {
  for (let parent: TestCase['parent'] = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return true
    if (parent.type === 'module') return false
  }
}
