#!/usr/bin/env node
// `npx rowhouse`: the command line, on the repository's own Node 24 whatever Node the host has.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const own = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url))
const node = existsSync(own) ? own : process.execPath
const { status } = spawnSync(
  node,
  [fileURLToPath(new URL('./rowhouse.ts', import.meta.url)), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
