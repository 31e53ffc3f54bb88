// shout.ts: a WebAssembly function in AssemblyScript, on the low-level entry (docs/wasm.md).
//
//     npm install assemblyscript@0.28
//     npx asc shout.ts -O3 --runtime stub --use abort= -o shout.wasm
//
// in:  text     any items
// out: shouted  for each an item of its name and key: the text in capitals (ASCII letters alone)

// Offsets of docs/abi.md, sections 3 and 4. Every word has 64 bits; addresses fit into 32.
const INPUT_SETS: usize = 32;
const OUTPUT_SETS: usize = 48;
const INPUT_ITEMS: usize = 56;
const OUTPUT_ITEMS: usize = 64;
const SET_BYTES: usize = 24;
const SET_FIRST: usize = 16;
const ITEM_BYTES: usize = 40;
const ITEM_DATA: usize = 16;
const ITEM_SIZE: usize = 24;

/** Room for what the platform writes before the run. */
export function pappus_allocate(bytes: i32, alignment: i32): i32 {
  const room = heap.alloc(<usize>(bytes + alignment));
  return <i32>((room + <usize>alignment - 1) & ~(<usize>alignment - 1));
}

/** Runs the function; the control block says where its inputs are and gets where its outputs are. */
export function pappus_run(control: i32): i32 {
  const block = <usize>control;
  const inputSets = <usize>load<u64>(block, INPUT_SETS);
  const outputSets = <usize>load<u64>(block, OUTPUT_SETS);
  const inputs = <usize>load<u64>(block, INPUT_ITEMS);
  const count = <usize>load<u64>(inputSets + SET_BYTES, SET_FIRST);
  const outputs = heap.alloc(count * ITEM_BYTES);
  memory.copy(outputs, inputs, count * ITEM_BYTES);
  for (let i: usize = 0; i < count; i++) {
    const item = outputs + i * ITEM_BYTES;
    const size = <usize>load<u64>(item, ITEM_SIZE);
    const shouted = heap.alloc(size);
    shout(<usize>load<u64>(item, ITEM_DATA), shouted, size);
    store<u64>(item, shouted, ITEM_DATA);
  }
  store<u64>(block, outputs, OUTPUT_ITEMS);
  store<u64>(outputSets + SET_BYTES, count, SET_FIRST);
  return 0;
}

function shout(from: usize, to: usize, size: usize): void {
  for (let i: usize = 0; i < size; i++) {
    const c = load<u8>(from + i);
    store<u8>(to + i, c >= 0x61 && c <= 0x7a ? c - 0x20 : c);
  }
}
