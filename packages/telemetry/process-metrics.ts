import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Meter } from '@opentelemetry/api'

/** How this process does, under the names that Prometheus' own client for Node uses. The answer stops it. */
export function observeProcess(meter: Meter): () => void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()

  const cpu = meter.createObservableCounter('process_cpu_seconds_total', { description: 'CPU time spent, both modes' })
  cpu.addCallback((result) => {
    const { user, system } = process.cpuUsage()
    result.observe((user + system) / 1e6)
  })

  const gauges: [name: string, about: string, read: () => number][] = [
    ['process_start_time_seconds', 'Start of the process, since the Unix epoch', () => performance.timeOrigin / 1e3],
    ['process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss()],
    ['nodejs_heap_size_used_bytes', 'Heap in use', () => process.memoryUsage().heapUsed],
    ['nodejs_heap_size_total_bytes', 'Heap reserved', () => process.memoryUsage().heapTotal],
    ['nodejs_external_memory_bytes', 'Memory outside the heap that it holds', () => process.memoryUsage().external],
  ]
  for (const [name, description, read] of gauges)
    meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read()))

  const lag = (name: string, description: string) =>
    meter.createObservableGauge(`nodejs_eventloop_lag_${name}_seconds`, { description })
  const mean = lag('mean', 'Mean event loop delay since the last scrape')
  const p99 = lag('p99', 'Event loop delay since the last scrape, 99th percentile')
  const max = lag('max', 'Longest event loop delay since the last scrape')
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(mean, seconds(delay.mean))
      result.observe(p99, seconds(delay.percentile(99)))
      result.observe(max, seconds(delay.max))
      delay.reset()
    },
    [mean, p99, max],
  )
  return () => delay.disable()
}

/** The sampler's own interval is in every value: an idle loop reads 10 ms. Before the first sample there is no mean. */
const seconds = (nanoseconds: number) => Math.max(0, (nanoseconds || 0) / 1e9 - resolutionMs / 1e3)

const resolutionMs = 10
