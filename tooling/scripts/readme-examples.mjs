/**
 * A fenced block of a Markdown file that readers may paste and run.
 *
 * @typedef {object} Example
 * @property {string} document relative to the root
 * @property {number} line of the opening fence, from 1
 * @property {string} code
 */

const OPENING = '```ts runnable';
const CLOSING = '```';

/**
 * Every block whose fence is opened with the words of {@link OPENING}.
 *
 * @param {string} document
 * @param {string} markdown
 * @returns {Example[]}
 */
export function extractExamples(document, markdown) {
  const lines = markdown.split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() !== OPENING) return [];
    const end = lines.findIndex((later, at) => at > index && later.trim() === CLOSING);
    if (end === -1) throw new Error(`${document}:${index + 1}: the block is never closed`);
    return [{ document, line: index + 1, code: lines.slice(index + 1, end).join('\n') }];
  });
}

/**
 * The module an example is compiled as. It starts at the line where it stands in its document, so that every message
 * of the compiler and every stack trace names a line of the document.
 *
 * @param {Example} example
 */
export function toModule({ line, code }) {
  return `${'\n'.repeat(line)}${code}\nexport {};\n`;
}

/**
 * A file name that tells which document and line the example came from.
 *
 * @param {Example} example
 */
export function moduleName({ document, line }) {
  return `${document.replace(/\.md$/, '').replaceAll(/[^A-Za-z0-9-]+/g, '_')}_${line}.ts`;
}
