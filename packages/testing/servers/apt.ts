import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Source } from './declaration.ts'

/** A package of Debian or Ubuntu. Installing it starts no service and makes no database cluster. */
export function apt(name: string): Source {
  return {
    command: `sudo apt-get install --no-install-recommends ${name}`,
    isUsable: async () =>
      (await succeeds('sh', ['-c', 'command -v apt-get'])) && (isRoot() || succeeds('sudo', ['-n', 'true'])),
    async get() {
      const install = ['sh', '-c', script, 'apt', name]
      const child = spawn(isRoot() ? 'env' : 'sudo', isRoot() ? install : ['-n', ...install], {
        stdio: ['ignore', 2, 2],
      })
      const [code] = await once(child, 'close')
      if (code !== 0) throw new Error(`apt-get install ${name} failed (${code})`)
    },
  }
}

/** One shell does it all and puts back what it changed, even when we are killed meanwhile. */
const script = `
set -e
undo=
trap 'rm -f $undo' EXIT
trap 'exit 1' HUP INT TERM
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  undo="$undo $policy"
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
clusters=/etc/postgresql-common/createcluster.d
if [ ! -e $clusters/rowhouse.conf ]; then
  mkdir -p $clusters
  undo="$undo $clusters/rowhouse.conf"
  echo 'create_main_cluster = false' > $clusters/rowhouse.conf
fi
export DEBIAN_FRONTEND=noninteractive
install() {
  apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install -y -q --no-install-recommends --no-upgrade "$1"
}
install "$1" || { apt-get -o DPkg::Lock::Timeout=300 update -q && install "$1"; }
`

const isRoot = () => process.getuid?.() === 0

async function succeeds(program: string, args: string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: 'ignore' })
  return once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  )
}
