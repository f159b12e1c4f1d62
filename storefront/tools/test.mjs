// Runs the tests of packages (src/*.test.ts) with node's own runner, after esbuild has made them readable for it.
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {spawnSync} from 'node:child_process';
import {build} from 'esbuild';
import {filesBelow, root, wanted} from './packages.mjs';

const out = mkdtempSync(join(tmpdir(), 'storefront-test-'));
try {
  const entryPoints = wanted().flatMap((folder) => filesBelow(join(root, folder)).filter((f) => f.endsWith('.test.ts')).map((f) => join(folder, f)));
  await build({
    entryPoints, absWorkingDir: root, outdir: out, bundle: true, format: 'esm', platform: 'node', outExtension: {'.js': '.mjs'},
    conditions: ['node'], alias: {'@shop/parts': './parts/src/index.ts'}, logLevel: 'warning',
  });
  const files = filesBelow(out).map((f) => join(out, f));
  const {status} = spawnSync(process.execPath, ['--test', '--test-reporter=dot', ...files], {stdio: 'inherit'});
  process.exitCode = status ?? 1;
} finally {
  rmSync(out, {recursive: true, force: true});
}
