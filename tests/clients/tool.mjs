// Programs of others, from node_modules.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));

export const foundry = name => path.join(here, 'node_modules/@foundry-rs', `${name}-${process.platform}-${arch()}`, 'bin', name);

// Hardhat wants a younger Node.js than Debian has.
export const node = () => {
  const own = path.join(here, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return fs.existsSync(own) ? own : process.execPath;
};

function arch() { return process.arch === 'x64' ? 'amd64' : process.arch; }

// What it printed; an error with that when it failed.
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, env: { ...process.env, NO_COLOR: '1', ...options.env } });
    let output = '', errors = '';
    child.stdout.on('data', data => { output += data; });
    child.stderr.on('data', data => { errors += data; });
    child.on('error', reject);
    child.on('close', code => code === 0
      ? resolve(output.trim())
      : reject(new Error(`${path.basename(program)} ${args.slice(0, 2).join(' ')} ended with ${code}: ${(errors + output).slice(-1500)}`)));
  });
}
