// What fragments share: the contract with the shell, how things look, and the pictures. It is one module for all of them;
// a fragment that wants another version bundles its own.
export * from './contract.ts';
export * from './fragment.ts';
export * from './format.ts';
export * from './looks.ts';
export * from './picture.ts';
export * from './stars.ts';
export * from './quantity.ts';
export * from './problems.ts';
