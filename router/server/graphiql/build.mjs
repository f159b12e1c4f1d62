// Bundles the playground into dist/: one script, one style sheet and an icon, each minified and compressed with gzip,
// which is how the router embeds and sends them. Run `go generate` here after changing src/ or a version in
// package.json, and commit dist/.
import { gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const result = await build({
  entryPoints: { playground: 'src/main.jsx' },
  bundle: true,
  minify: true,
  write: false,
  outdir: 'dist',
  format: 'esm',
  splitting: false,
  target: ['es2022'],
  jsx: 'automatic',
  legalComments: 'eof',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.woff2': 'dataurl', '.woff': 'dataurl', '.ttf': 'dataurl' },
  logLevel: 'info',
});

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const files = result.outputFiles.map((file) => [file.path.split('/').pop(), file.contents]);
files.push(['icon.svg', readFileSync('src/icon.svg')]);
for (const [name, contents] of files) {
  // A fixed header (no time, no name) keeps the bytes the same from build to build.
  const packed = gzipSync(contents, { level: 9 });
  packed[9] = 255;
  writeFileSync(`dist/${name}.gz`, packed);
  console.log(`${name}: ${contents.length} bytes, ${packed.length} compressed`);
}
