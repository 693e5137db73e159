// SPDX-License-Identifier: MIT
// Compiles src/*.sol and writes code, selectors and storage layout of every contract as one JSON document to stdout.
"use strict";

const fs = require("fs");
const path = require("path");
const solc = require("solc");

const folder = path.join(__dirname, "src");
const names = fs.readdirSync(folder).filter((name) => name.endsWith(".sol")).sort();

const input = {
  language: "Solidity",
  sources: Object.fromEntries(
    names.map((name) => [name, { content: fs.readFileSync(path.join(folder, name), "utf8") }])),
  settings: {
    optimizer: { enabled: true, runs: 1000 },
    // The workloads run from Cancun on.
    evmVersion: "cancun",
    // No hash of the sources behind the code: a comment may change without changing it.
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    outputSelection: {
      "*": { "*": ["evm.deployedBytecode.object", "evm.methodIdentifiers", "storageLayout"] },
    },
  },
};

const output = JSON.parse(solc.compile(JSON.stringify(input)));
const complaints = (output.errors ?? []).map((error) => error.formattedMessage);
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  process.exit(1);
}

const contracts = {};
for (const name of names) {
  const contract = path.basename(name, ".sol");
  const { evm, storageLayout } = output.contracts[name][contract];
  if (evm.deployedBytecode.object === "") continue; // an interface
  contracts[contract] = {
    slots: Object.fromEntries(storageLayout.storage.map((field) => [field.label, Number(field.slot)])),
    selectors: Object.fromEntries(
      Object.entries(evm.methodIdentifiers).map(([signature, selector]) => [signature, "0x" + selector])),
    code: "0x" + evm.deployedBytecode.object,
  };
}
process.stdout.write(JSON.stringify({ compiler: solc.version(), contracts }, null, 1) + "\n");
