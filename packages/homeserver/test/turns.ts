/** Lets everything run that waits for nothing but its turn. */
export async function turns(count = 40): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
