// The packages of the storefront: their folders, and what each one's package.json says.
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const folders = ['parts', 'shell', ...readdirSync(join(root, 'fragments')).sort().map((name) => `fragments/${name}`)];

export function packageOf(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

/** The packages that were asked for on the command line; all when none was. */
export function wanted() {
  const names = process.argv.slice(2);
  if (names.length === 0) return folders;
  return names.map((name) => {
    const folder = [name, `fragments/${name}`].find((f) => existsSync(join(root, f, 'package.json')));
    if (!folder) throw new Error(`there is no package ${name}; there are ${folders.join(', ')}`);
    return folder;
  });
}

/** All files below a folder, sorted, as paths from it. */
export function filesBelow(folder) {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

/** The documents of a folder, as texts. */
export function documentsOf(folder) {
  return filesBelow(join(root, folder)).filter((file) => file.endsWith('.graphql'))
    .map((file) => ({location: join(folder, file), text: readFileSync(join(root, folder, file), 'utf8')}));
}
