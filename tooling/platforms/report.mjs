/** What a page runs after its program: `runEverything` on the data it is served, and the outcome posted back. */
export const REPORT = `
  const data = await (await fetch('/data')).text();
  const result = await runEverything(data).catch((error) => ({ error: String(error?.stack ?? error) }));
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
`;
