import fs from 'node:fs';
import solc from 'solc';

if (process.argv.includes('--version')) {
  console.log('solc, the solidity compiler commandline interface');
  console.log(`Version: ${solc.version().replace('Emscripten.clang', 'Linux.g++')}`);
} else {
  process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8')));
}
