import { createSocket } from 'node:dgram';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { openDht } from '../../src/dht/index.ts';
import { createQuestions } from '../../src/dht/questions.ts';
import { rejectionOf } from '../bytes.ts';
import { numbered } from '../signers.ts';

const [NODE, OTHER] = ['192.0.2.1', '192.0.2.2'];
const ID = '2:id20:abcdefghijklmnopqrst';
const TARGET = Buffer.from('01234567890123456789');
const ELSEWHERE = Buffer.from('98765432109876543210');

function question(transaction: string, target = TARGET, kind = 'get'): Buffer {
  const name = `${kind.length}:${kind}`;
  return Buffer.from(`d1:ad${ID}6:target20:${target}e1:q${name}1:t2:${transaction}1:y1:qe`, 'latin1');
}

function answer(transaction: string): Buffer {
  return Buffer.from(`d1:rd${ID}e1:t${transaction.length}:${transaction}1:y1:re`, 'latin1');
}

describe('createQuestions', () => {
  function asking() {
    const clock = new ManualClock();
    const questions = createQuestions(clock);
    const hearing = questions.hear(TARGET);
    return { clock, questions, hearing };
  }

  it('[S2.1] hears who answers what was asked, from where it was asked', () => {
    const { questions, hearing } = asking();
    questions.asked(question('ab'), NODE);
    expect(hearing.isHeard()).toBe(false);
    questions.answered(answer('ab'), NODE);
    expect(hearing.isHeard()).toBe(true);
  });

  it.each([
    ['to nothing', [], answer('ab'), NODE],
    ['without a transaction', [question('ab')], Buffer.from(`d1:rd${ID}e1:y1:re`), NODE],
    ['with another one', [question('ab')], answer('ac'), NODE],
    ['with half a one', [question('ab')], answer('a'), NODE],
    ['from somebody else', [question('ab')], answer('ab'), OTHER],
    ['after another target', [question('ab', ELSEWHERE)], answer('ab'), NODE],
    ['to another kind of question', [question('ab', TARGET, 'find_node')], answer('ab'), NODE],
    ['to what took the transaction', [question('ab'), question('ab', ELSEWHERE)], answer('ab'), NODE],
  ])('[S2.1] takes no answer %s', (_, asked, given, from) => {
    const { questions, hearing } = asking();
    for (const one of asked) questions.asked(one, NODE);
    questions.answered(given, from);
    expect(hearing.isHeard()).toBe(false);
  });

  it('[S2.1] takes an answer for 2 s, as the package does, and one only', () => {
    const { clock, questions, hearing } = asking();
    questions.asked(question('ab'), NODE);
    questions.asked(question('ac'), NODE);
    clock.advance(2_000);
    questions.asked(question('ad'), NODE);
    questions.answered(answer('ab'), NODE);
    questions.answered(answer('ac'), NODE);
    expect(hearing.isHeard()).toBe(false);
    clock.advance(1_999);
    questions.answered(answer('ad'), NODE);
    expect(hearing.isHeard()).toBe(true);
    const later = questions.hear(TARGET);
    questions.answered(answer('ad'), NODE);
    expect(later.isHeard()).toBe(false);
  });

  it('hears nothing once it has ended, and what it does not wait for not at all', () => {
    const { questions, hearing } = asking();
    questions.asked(question('ab'), NODE);
    const other = questions.hear(ELSEWHERE);
    hearing.end();
    questions.answered(answer('ab'), NODE);
    other.end();
    expect([hearing.isHeard(), other.isHeard()]).toEqual([false, false]);
    questions.asked(question('ab'), NODE);
    const again = questions.hear(TARGET);
    questions.answered(answer('ab'), NODE);
    expect(again.isHeard()).toBe(false);
  });

  it('never throws, whatever comes in', () => {
    const { questions } = asking();
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), fc.uint8Array(), (at, byte, junk) => {
        const [asked, answered] = [question('ab'), answer('ab')];
        asked[at % asked.length] = byte;
        answered[at % answered.length] = byte;
        for (const one of [asked, answered, junk]) {
          questions.asked(one, NODE);
          questions.answered(one, NODE);
        }
      }),
      { numRuns: effort(500) },
    );
  });
});

describe('a node that answers everything but the question', () => {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('[S2.1] has not said that there is no packet', async () => {
    const socket = createSocket('udp4');
    const asked: string[] = [];
    socket.on('message', (message, { port, address }) => {
      const text = message.toString('latin1');
      const kind = /1:q\d+:(get|find_node|ping)/.exec(text)?.[1] ?? '';
      const transaction = /1:t2:(.{2})/s.exec(text)?.[1] ?? '';
      asked.push(kind);
      const reply = (datagram: Buffer): void => socket.send(datagram, port, address);
      if (kind !== 'get') return reply(answer(transaction));
      reply(Buffer.from(`d1:rd${ID}e1:y1:re`));
      reply(Buffer.from(`d1:eli202e4:busye1:t2:${transaction}1:y1:ee`, 'latin1'));
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closing.push(() => void socket.close());
    const dht = await openDht({ bootstrap: [`127.0.0.1:${socket.address().port}`], host: '127.0.0.1' });
    closing.push(() => dht.close());
    expect((await rejectionOf(dht.get(numbered(60).publicKey))).code).toBe('DISCOVERY_OFFLINE');
    expect(asked).toContain('get');
  });
});
