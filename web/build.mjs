// Builds the page into web/dist, which the server embeds when it is compiled (cmake/Console.cmake).
import { cp, mkdir, rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
await build({
  entryPoints: { 'console': 'src/main.tsx' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
});
await cp('index.html', 'dist/index.html');
await cp('icon.svg', 'dist/icon.svg');
await cp('push.js', 'dist/push.js');
