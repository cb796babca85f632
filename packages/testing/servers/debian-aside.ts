import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { cachePlace, cached } from './cache.ts'
import type { Source } from './declaration.ts'

/**
 * A program from another release of Debian, with every library that it needs and that release's own loader. Unpacked
 * into the cache: nothing is installed, and no right is needed. The mirror is the one that apt has for this release.
 */
export function debianAside(suite: string, name: string): Source & { find(): Promise<string | undefined> } {
  const key = `${name}-${suite}-${process.arch}`
  return {
    command: `get ${name} from Debian ${suite}`,
    isUsable: async () => (await shell(mirror)) === 0,
    async get() {
      await cached(key, async (folder) => {
        const code = await shell(`${mirror}\n${unpack}`, suite, name, folder)
        if (code !== 0) throw new Error(`${name} of Debian ${suite}: ${code}`)
      })
    },
    async find() {
      const program = join(cachePlace(key), name)
      return access(program).then(
        () => program,
        () => undefined,
      )
    },
  }
}

/** Leaves the mirror in $mirror, or fails where there is none. */
const mirror = `
set -e
. /etc/os-release
[ "$ID" = debian ]
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk -v release="$VERSION_CODENAME" '$2 == release && $3 == "main" { print $1; exit }')
[ "$mirror" ]
`

/**
 * apt's own lists and cache stay as they are; its proxies, credentials and certificates apply. It is told that nothing is
 * installed, so that it names every library. What is started is a small script that goes through the loader.
 */
const unpack = `
suite=$1 name=$2 here=$3
cd "$here"
mkdir -p apt/lists/partial apt/cache/archives/partial packages
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > apt/sources.list
with() {
  tool=$1; shift
  "$tool" -q -o Dir::Etc::SourceList="$here/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \\
    -o Dir::State::Lists="$here/apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$here/apt/cache" \\
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o Acquire::Languages=none \\
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o APT::Sandbox::User=root \\
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false -o Acquire::Retries=3 \\
    -o APT::Update::Post-Invoke::=true "$@"
}
needs() {
  with apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@"
}
with apt-get update
direct=$(needs "$name" | sed -n 's/^ *\\(Pre\\)\\{0,1\\}Depends: \\(z\\{0,1\\}lib.*\\)/\\2/p')
libraries=$(needs --recurse $direct | grep -E '^z?lib' | sort -u)
(cd packages && with apt-get download "$name" $libraries)
for package in packages/*.deb; do dpkg -x "$package" root; done
program=$(find root -type f -name "$name" -path '*bin/*' | head -n 1)
loader=$(find root -name 'ld-linux*.so.*' -path '*-linux-gnu*' | head -n 1)
libraries=$(find root -type d -name '*-linux-gnu*' -path '*lib/*-linux-gnu*' | sed 's|^|$here/|' | paste -sd :)
cat > "$name" <<END
#!/bin/sh
here=\\$(dirname "\\$0")
exec "\\$here/$loader" --library-path "$libraries" "\\$here/$program" "\\$@"
END
chmod 755 "$name"
"./$name" --version
rm -rf apt packages
`

async function shell(script: string, ...args: string[]): Promise<number | string> {
  const output = args.length > 0 ? 2 : 'ignore'
  const child = spawn('sh', ['-c', script, 'sh', ...args], { stdio: ['ignore', output, output] })
  return once(child, 'close').then(
    ([code, signal]) => code ?? signal,
    (error) => (error as Error).message,
  )
}
