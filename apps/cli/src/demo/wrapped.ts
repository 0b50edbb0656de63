/** The text in lines of at most `columns`, broken at spaces, each but the first after `indent`; ends with a line break. */
export function wrapped(text: string, columns: number, indent: string): string {
  let line = '';
  let lines = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines += `${line}\n`;
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return `${lines}${line}\n`;
}
