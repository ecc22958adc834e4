#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Before anything else is loaded: types are stripped and code is compiled once, not at each start.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'drover-compile'))
const { runProgram } = await import('./program.ts')
await runProgram()
