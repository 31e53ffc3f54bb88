// What a JavaScript function gets and gives. Items lie in files: this only reads and writes them.
import * as os from "os";
import * as std from "std";

const ROOT = std.getenv("PAPPUS_ROOT") ?? ""; // set by tests that run outside of a sandbox
const LIBRARY = import.meta.url.split("/").at(-2); // the set that this file is an item of

class Item {
  #path;

  constructor(name, key, path) {
    this.name = name;
    this.key = key;
    this.#path = path;
  }

  // The bytes, as a Uint8Array.
  get data() {
    const file = open(this.#path, "rb");
    file.seek(0, std.SEEK_END);
    const bytes = new Uint8Array(file.tell());
    file.seek(0, std.SEEK_SET);
    const size = file.read(bytes.buffer, 0, bytes.length);
    file.close();
    if (size !== bytes.length) throw new Error(`${this.#path}: ends after ${size} bytes`);
    return bytes;
  }

  // The bytes as UTF-8.
  get text() {
    return std.loadFile(this.#path);
  }
}

// Throws what a call has answered, an error's number below 0, or else nothing.
function check(path, answer) {
  if (answer < 0) throw new Error(`${path}: ${std.strerror(-answer)}`);
}

function open(path, mode) {
  const reason = {};
  const file = std.open(path, mode, reason);
  if (file === null) throw new Error(`${path}: ${std.strerror(reason.errno)}`);
  return file;
}

function names(folder) {
  const [found, error] = os.readdir(folder);
  check(folder, -error);
  return found.filter((name) => name !== "." && name !== "..").sort();
}

function* files(folder, prefix = "") {
  for (const name of names(folder + prefix)) {
    const path = folder + prefix + name;
    if ((os.stat(path)[0].mode & os.S_IFMT) === os.S_IFDIR) yield* files(folder, `${prefix}${name}/`);
    else yield [prefix + name, path];
  }
}

// All input sets: an object of arrays of items.
export function inputs() {
  const sets = {};
  for (const folder of names(`${ROOT}/in`)) {
    const [set, key] = folder.split(":");
    if (set === LIBRARY) continue;
    sets[set] ??= [];
    for (const [name, path] of files(`${ROOT}/in/${folder}/`)) sets[set].push(new Item(name, Number(key ?? 0), path));
  }
  return sets;
}

// Makes an item of an output set, of text or bytes.
export function write(set, name, data, key = 0) {
  if (typeof name !== "string" || !(typeof data === "string" || isBytes(data)))
    throw new TypeError(`an item of "${set}" has a text as name and a text or bytes as data, not ${name} and ${kind(data)}`);
  const path = `${ROOT}/out/${key ? `${set}:${key}` : set}/${name}`;
  // What cannot be made is there; else opening the file says what is wrong.
  for (let at = path.indexOf("/", ROOT.length + 1); at > 0; at = path.indexOf("/", at + 1)) os.mkdir(path.slice(0, at));
  const file = open(path, "wb");
  put(path, file, data);
  check(path, file.close());
}

function isBytes(data) {
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data);
}

function kind(value) {
  return value?.constructor?.name ?? String(value);
}

// Throws if what is written does not all arrive.
function put(path, file, data) {
  if (typeof data === "string") file.puts(data);
  else if (data instanceof ArrayBuffer) file.write(data, 0, data.byteLength);
  else file.write(data.buffer, data.byteOffset, data.byteLength);
  file.flush();
  if (file.error()) throw new Error(`${path}: cannot be written, there may be no more room`);
}

// Calls handler(inputs); its answer is an object of arrays of {name, data, key}, or is printed.
export async function serve(handler) {
  const answer = await handler(inputs());
  if (typeof answer === "string" || isBytes(answer)) put("standard output", std.out, answer);
  else if (answer !== undefined && answer !== null) {
    if (typeof answer !== "object" || Array.isArray(answer))
      throw new TypeError(`handler returns an object of sets, a text or bytes, not ${kind(answer)}`);
    for (const [set, items] of Object.entries(answer)) {
      for (const item of items) {
        if (typeof item !== "object" || item === null) throw new TypeError(`an item of "${set}" is {name, data, key}, not ${kind(item)}`);
        write(set, item.name, item.data, item.key);
      }
    }
  }
}
