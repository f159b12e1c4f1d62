// Builds packages into dist/NAME: files with the hash of their content in their names, packed with gzip, and a manifest.json
// that says which they are, the package's version, and the hash of the sources it was built from.
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {filesBelow, packageOf, root, wanted} from './packages.mjs';

const common = {
  bundle: true, minify: true, write: false, format: 'esm', target: ['es2022'], legalComments: 'none', logLevel: 'warning',
  absWorkingDir: root, outdir: 'out', tsconfigRaw: {compilerOptions: {useDefineForClassFields: false, experimentalDecorators: false}},
};

// What fragments share. Others than parts name it, and the import map of the page says where it is.
const shared = ['lit', '@shop/parts'];

// All that fragments use of lit is one module: there must not be two of it, which would not know each other.
const lit = {contents: "export * from 'lit'; export {repeat} from 'lit/directives/repeat.js';", resolveDir: root, sourcefile: 'lit.js'};
const litIsOne = {
  name: 'lit is one',
  setup: (b) => b.onResolve({filter: /^lit\/directives\/repeat\.js$/}, () => ({path: 'lit', external: true})),
};

const entries = {
  parts: [['parts', {entryPoints: ['parts/src/index.ts'], external: ['lit']}], ['lit', {stdin: lit}]],
  shell: [['shell', {entryPoints: ['shell/src/shell.ts'], external: [...shared, '@shop/*']}], ['shop', {entryPoints: ['shell/src/shop.css']}],
    ['icon', {entryPoints: ['shell/src/icon.svg'], loader: {'.svg': 'copy'}}]],
};

const hash = (data) => createHash('sha256').update(data).digest('hex');

/** What a package was built from, and with, as the test in Go computes it, too. */
function sourcesHash(folder) {
  const own = filesBelow(join(root, folder)).filter((file) => !file.endsWith('.test.ts')).map((file) => `${folder}/${file}`);
  const lines = [...own, 'package.json', 'tools/build.mjs'].map((file) => `${hash(readFileSync(join(root, file)))} ${file}\n`);
  return hash(lines.join(''));
}

for (const folder of wanted()) {
  const pkg = packageOf(folder);
  const name = basename(folder);
  const out = join(root, 'dist', name);
  rmSync(out, {recursive: true, force: true});
  mkdirSync(out, {recursive: true});
  const files = {};
  for (const [entry, options] of entries[folder] ?? [[name, {entryPoints: [`${folder}/src/${name}.ts`], external: shared, plugins: [litIsOne]}]]) {
    const result = await build({...common, ...options});
    const [file] = result.outputFiles;
    const extension = file.path.split('.').pop();
    const named = `${entry}-${hash(file.contents).slice(0, 10)}.${extension}`;
    // A fixed header (no time, no system) keeps the bytes the same from build to build.
    const packed = gzipSync(file.contents, {level: 9});
    packed[9] = 255;
    writeFileSync(join(out, `${named}.gz`), packed);
    files[entry] = named;
    console.log(`${name.padEnd(9)} ${named.padEnd(28)} ${String(file.contents.length).padStart(7)} bytes, ${String(packed.length).padStart(6)} packed`);
  }
  const manifest = {name, version: pkg.version, sources: sourcesHash(folder), files};
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
