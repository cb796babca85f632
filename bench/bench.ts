/** `npm run bench -- NAME`: one measurement, its sides interleaved in one run. Without a name: what there is. */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { doorBench } from './door/door.ts'

export interface Bench {
  readonly name: string
  readonly title: string
  /** @param say shows one line of progress. */
  run(say: (line: string) => void): Promise<Outcome>
}

export interface Outcome {
  /** The figures that matter, as ratios: the last line of the run. */
  readonly figures: string
  /** Everything that was measured, for bench/results. */
  readonly details: Readonly<Record<string, unknown>>
}

const benches: readonly Bench[] = [doorBench]

const [wanted, ...rest] = process.argv.slice(2)
const bench = benches.find(({ name }) => name === wanted)
if (bench && rest.length === 0) {
  const startedAt = new Date().toISOString()
  const { figures, details } = await bench.run((line) => console.log(line))
  await save(bench.name, { bench: bench.name, startedAt, machine: machine(), summary: figures, ...details })
  console.log(`${bench.name}: ${figures}`)
} else {
  for (const { name, title } of benches) console.log(`npm run bench -- ${name}   ${title}`)
  if (wanted !== undefined) process.exitCode = 1
}

async function save(name: string, result: object): Promise<void> {
  const folder = new URL('./results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(result, undefined, 2)}\n`)
}

function machine(): object {
  const cores = cpus()
  return { processor: cores[0]?.model, cores: cores.length, node: process.version, platform: process.platform }
}
