// A blob transaction in the form in which it travels to a pool: with commitments and proofs; from Osaka on proofs of cells (EIP-7594).
import fs from 'node:fs';
import path from 'node:path';
import { Transaction, encodeRlp, concat, decodeRlp, dataSlice, sha256 } from 'ethers';
import { loadKZG } from 'kzg-wasm';
import { here } from './tool.mjs';

let library;
const made = new Map();

// The same blob, always: what it holds is of no interest, and proofs of cells take seconds.
export async function sidecar(withCells) {
  if (!made.has(withCells)) made.set(withCells, await make(withCells));
  return made.get(withCells);
}

// Kept in artifacts/: in WebAssembly the proofs of cells take most of a minute.
async function make(withCells) {
  const file = path.join(here, 'artifacts', `sidecar-${withCells ? 1 : 0}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'));
  const parts = await compute(withCells);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(parts));
  return parts;
}

async function compute(withCells) {
  library ??= await loadKZG();
  const bytes = new Uint8Array(131072);
  bytes.fill(1, 1, 32);
  const blob = '0x' + Buffer.from(bytes).toString('hex');
  const commitment = library.blobToKZGCommitment(blob);
  const proofs = withCells
    ? library.computeCellsAndKZGProofs(blob).proofs
    : [library.computeBlobKZGProof(blob, commitment)];
  return { blob, commitment, proofs };
}

// `request` as for ethers, without blobs; the signed transaction as hexadecimal.
export async function signBlobTransaction(wallet, request, withCells) {
  const { blob, commitment, proofs } = await sidecar(withCells);
  const versioned = '0x01' + sha256(commitment).slice(4);
  const transaction = Transaction.from({ ...request, type: 3, blobVersionedHashes: [versioned] });
  transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
  const body = decodeRlp(dataSlice(transaction.serialized, 1));
  const parts = withCells ? [body, '0x01', [blob], [commitment], proofs] : [body, [blob], [commitment], proofs];
  return concat(['0x03', encodeRlp(parts)]);
}
