// Writes src/graphql.ts of each package that has documents: types of its fragments and operations by graphql-codegen, and
// for each operation its id in the manifest that `weft persist` has written.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {codegen} from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import {parse} from 'graphql';
import {documentsOf, folders, root} from './packages.mjs';

const schema = parse(readFileSync(join(root, '../.weft/storefront/api.graphql'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(root, 'dist/persisted-query-manifest.json'), 'utf8'));
const ids = new Map(manifest.operations.map((o) => [o.name, o.id]));

const parsed = (folder) => documentsOf(folder).map(({location, text}) => ({location, document: parse(text)}));

for (const folder of folders) {
  const own = parsed(folder);
  if (own.length === 0) continue;
  // Pages are made of everybody's fragments.
  const documents = folder === 'shell' ? folders.flatMap(parsed) : own;
  const types = await codegen({
    schema,
    documents,
    filename: 'graphql.ts',
    plugins: [{operations: {}}],
    pluginMap: {operations},
    config: {
      scalars: {DateTime: 'string', BigInt: 'number', Upload: 'Blob'},
      enumsAsTypes: true,
      nonOptionalTypename: true,
      skipTypename: false,
      useTypeImports: true,
      avoidOptionals: {field: true},
      arrayInputCoercion: false,
    },
  });
  const ops = own.flatMap(({document}) => document.definitions.filter((d) => d.kind === 'OperationDefinition'));
  const refs = ops.map((op) => {
    const name = op.name.value;
    const kind = op.operation[0].toUpperCase() + op.operation.slice(1);
    if (!ids.has(name)) throw new Error(`${name} is not in the manifest: run weft persist first (make storefront does)`);
    // The shell gets the ids of pages with the page, so that they may change without it.
    const id = folder === 'shell' && op.operation === 'query' ? '' : ids.get(name);
    return `export const ${name}: Operation<${name}${kind}, ${name}${kind}Variables> = {name: '${name}', id: '${id}'};\n`;
  });
  const contract = folder === 'shell' ? '../../parts/src/contract.ts' : '@shop/parts';
  const text = '// Made by tools/types.mjs of the documents of this package.\n' +
    (refs.length ? `import type {Operation} from '${contract}';\n\n` : '') + types + '\n' + refs.join('');
  const file = join(root, folder, 'src/graphql.ts');
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  console.log(`${folder}: ${ops.length} operations`);
}
