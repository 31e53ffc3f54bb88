// pappus: in=records out=ranking
// Puts records in order, the dearest first, as lines of text.
//
//   pappus deploy score.js
//   pappus invoke score --set 'records/1={"name":"tea","cents":320}'
export function handler(inputs) {
  const records = inputs.records.map((item) => JSON.parse(item.text));
  records.sort((a, b) => b.cents - a.cents || (a.name < b.name ? -1 : 1));
  const lines = records.map((each) => `${(each.cents / 100).toFixed(2)} ${each.name}\n`);
  // Called like this, it is what a program that comes next reads as its standard input.
  return { ranking: [{ name: "stdin", data: lines.join("") }] };
}
