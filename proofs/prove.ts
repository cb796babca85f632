/** `npm run prove -- NAME [--seed S] [--scale N]`: one claim, reproduced. Without a name: the list of claims. */
import { parseArgs } from 'node:util'
import { door } from './door/door.ts'
import { kills } from './kills/kills.ts'
import { pooler } from './pooler/pooler.ts'
import type { Proof } from './proof.ts'
import { refresh } from './refresh/refresh.ts'
import { replicas } from './replicas/replicas.ts'
import { skeleton } from './skeleton/skeleton.ts'
import { tokens } from './tokens/tokens.ts'

const proofs: readonly Proof[] = [door, kills, pooler, refresh, replicas, skeleton, tokens]

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const asked = read(args)
  if (typeof asked === 'string') {
    console.error(`${asked}\nUsage: npm run prove -- NAME [--seed S] [--scale N]`)
    return 2
  }
  const { name, seed, scale } = asked
  if (name === undefined) {
    for (const { name, about } of proofs) console.log(`${name.padEnd(12)} ${about}`)
    return 0
  }
  const proof = proofs.find((candidate) => candidate.name === name)
  if (!proof) {
    console.error(`There is no proof "${name}". There are: ${proofs.map(({ name }) => name).join(', ')}.`)
    return 2
  }
  return prove(proof, seed, scale)
}

async function prove(proof: Proof, seed: number, scale: number): Promise<number> {
  const stop = new AbortController()
  const interrupt = () => stop.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  console.log(`${proof.name}: ${proof.about}\nseed ${seed}, scale ${scale}`)
  const started = performance.now()
  try {
    const { held, figures } = await proof.run({ seed, scale, report: console.log, signal: stop.signal })
    const seconds = Math.round((performance.now() - started) / 1000)
    console.log(`${proof.name}: ${held ? 'held' : 'fell short'} · ${figures} · seed ${seed} · ${seconds} s`)
    return held ? 0 : 1
  } catch (error) {
    if (stop.signal.aborted) console.error('Interrupted; everything it started is gone.')
    else console.error(error)
    console.log(`${proof.name}: fell short · ${stop.signal.aborted ? 'interrupted' : 'it could not be run'}`)
    return stop.signal.aborted ? 130 : 1
  }
}

/** What was asked for, or what is wrong with it. */
function read(args: string[]): { name: string | undefined; seed: number; scale: number } | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { seed: { type: 'string', default: '1' }, scale: { type: 'string', default: '1' } },
    })
    const [seed, scale] = [Number(values.seed), Number(values.scale)]
    if (positionals.length > 1) return `One proof at a time: ${positionals.join(', ')}`
    if (!Number.isSafeInteger(seed)) return `--seed must be a whole number, not ${values.seed}`
    if (!(scale > 0 && scale <= 10_000)) return `--scale must be a number above 0, not ${values.scale}`
    return { name: positionals[0], seed, scale }
  } catch (error) {
    return (error as Error).message
  }
}
