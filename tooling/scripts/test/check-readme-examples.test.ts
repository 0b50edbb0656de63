import { describe, expect, it } from 'vitest';
import { checkReadmeExamples } from '../check-readme-examples.mjs';
import { extractExamples } from '../readme-examples.mjs';
import { temporaryWorkspace } from './temporary-workspace.ts';

function fence(code: string, info = 'ts runnable') {
  return `\`\`\`${info}\n${code}\n\`\`\`\n`;
}

describe('checkReadmeExamples', () => {
  it('runs the runnable blocks and leaves the others alone', async () => {
    const root = temporaryWorkspace({
      'README.md': `# Title\n\n${fence('const a: number = 1;\nawait Promise.resolve(a);')}${fence('not code', 'ts')}`,
    });
    expect(await checkReadmeExamples(root)).toEqual({
      looked: '1 runnable examples in 1 documents',
      findings: [],
    });
  });

  it('refuses a block that does not compile, by line of the document', async () => {
    const root = temporaryWorkspace({ 'docs/guide.md': `# Title\n\n${fence(`const a: number = 'one';`)}` });
    const { findings } = await checkReadmeExamples(root);
    expect(findings).toEqual([expect.stringMatching(/^docs\/guide\.md\(4,7\): error TS2322/)]);
  });

  it('refuses a block that throws', async () => {
    const root = temporaryWorkspace({ 'README.md': fence(`throw new Error('planted');`) });
    const { findings } = await checkReadmeExamples(root);
    expect(findings).toEqual([expect.stringMatching(/^README\.md:1 ended with status 1:[\s\S]*planted/)]);
  });
});

describe('extractExamples', () => {
  it('refuses a block that is never closed', () => {
    expect(() => extractExamples('README.md', '```ts runnable\nconst a = 1;')).toThrow('README.md:1');
  });
});
