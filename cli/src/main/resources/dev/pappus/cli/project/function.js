// pappus: in=names out=greetings
export function handler(inputs) {
  // An input set is an array of items; what comes back is an array of {name, data} for each output set.
  return { greetings: inputs.names.map((item) => ({ name: item.name, data: `Hello, ${item.text}!\n` })) };
}
