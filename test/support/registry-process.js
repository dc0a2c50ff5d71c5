// A registry that knows the packages of the lock file, each in the one version `npm ci` has installed: node registry-process.js LOCKFILE.
// Prints its port. Tarballs come out of npm's cache, by their hash; one that is not there any more is fetched as ever.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { packages } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const known = new Map();
for (const [path, entry] of Object.entries(packages)) {
  const name = entry.name ?? path.split('node_modules/').at(-1);
  if (entry.integrity === undefined) continue;
  known.set(name, [...(known.get(name) ?? []), { ...entry, name }]);
}

/** What npm asks for first: versions, with what each needs and the hash of its tarball. */
function packument(name, versions) {
  const file = (version) => `${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
  return {
    name,
    'dist-tags': { latest: versions[0].version },
    versions: Object.fromEntries(
      versions.map(({ integrity, resolved: _, ...entry }) => [
        entry.version,
        { ...entry, dist: { integrity, tarball: `http://127.0.0.1:${server.address().port}/${file(entry.version)}` } },
      ]),
    ),
  };
}

let upstream;
const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url.slice(1));
  if (known.has(path)) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(packument(path, known.get(path))));
  } else if (path.endsWith('.tgz')) {
    const { npm_config_registry: _, ...env } = process.env;
    upstream ??= execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', env, stdio: 'pipe' }).trim();
    response.writeHead(302, { location: new URL(path, upstream).href }).end();
  } else response.writeHead(404).end('{}');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
