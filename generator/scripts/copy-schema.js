// Puts the schema into the package, so that an installed generator has dialects to extend. Files that are right already
// are not touched and new ones appear whole: two packs may run at the same time.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const source = join(home, '..', 'schema');
const target = join(home, 'schema');

const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    : [];

const wanted = filesIn(source);
for (const name of wanted) {
  const text = readFileSync(join(source, name));
  const path = join(target, name);
  if (existsSync(path) && readFileSync(path).equals(text)) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}
for (const name of filesIn(target)) {
  // A name that ends in a number is another pack's file on its way.
  if (!wanted.includes(name) && !/\.\d+$/.test(name)) rmSync(join(target, name), { force: true });
}
