import { describe, expect, it } from 'vitest';
import { readEndpoint } from '../../src/homeserver/endpoint.ts';
import { bytes, uint16 } from '../bytes.ts';

const verdict = (target: string, parameters: [number, Uint8Array][] = [], hosts: string[] = []): unknown =>
  readEndpoint({ target, parameters: new Map(parameters) }, hosts);
const PORT = 3;
const HTTP_PORT = 65_280;

describe('readEndpoint', () => {
  it.each<[string, [number, Uint8Array][], string]>([
    ['home.example', [], 'https://home.example'],
    ['Home.Example', [], 'https://home.example'],
    ['a_b.x-1.example', [], 'https://a_b.x-1.example'],
    ['xn--bcher-kva.example', [], 'https://xn--bcher-kva.example'],
    ['home.example', [[PORT, uint16(443)]], 'https://home.example'],
    ['home.example', [[PORT, uint16(8_443)]], 'https://home.example:8443'],
    ['home.example', [[HTTP_PORT, uint16(6_286)]], 'https://home.example'],
    [
      'home.example',
      [
        [0, bytes('0001 0003')],
        [1, bytes('026832')],
        [PORT, uint16(1)],
      ],
      'https://home.example:1',
    ],
  ])('makes of %s an https URL', (target, parameters, url) => {
    expect(verdict(target, parameters)).toEqual({ url });
  });

  it('speaks plain HTTP with hosts that were named, at the port of the private parameter, and with no others', () => {
    const test: [number, Uint8Array][] = [[HTTP_PORT, uint16(6_286)]];
    expect(verdict('localhost', test, ['localhost'])).toEqual({ url: 'http://localhost:6286' });
    expect(verdict('LOCALHOST', test, ['localhost'])).toEqual({ url: 'http://localhost:6286' });
    expect(verdict('192.168.1.2', test, ['192.168.1.2'])).toEqual({ url: 'http://192.168.1.2:6286' });
    expect(verdict('localhost', test)).toEqual({ local: 'localhost' });
    expect(verdict('localhost', test, ['other'])).toEqual({ local: 'localhost' });
    for (const port of [[], [[HTTP_PORT, uint16(0)]], [[HTTP_PORT, bytes('01')]], [[PORT, uint16(80)]]]) {
      expect(verdict('localhost', port as [number, Uint8Array][], ['localhost'])).toEqual({
        problem: 'bad port',
      });
    }
  });

  it.each([
    'localhost',
    'sub.localhost',
    'router',
    'printer.local',
    'db.internal',
    'nas.home.arpa',
    '2130706433',
    '0x7f000001',
    'local',
  ])('[F3] takes %s for this machine or its network', (target) => {
    expect(verdict(target)).toEqual({ local: target });
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '10.0.0.1',
    '169.254.169.254',
    '0x7f.0.0.1',
    '0177.0.0.0x1',
    'example.1',
    'example.0x1',
    '-a.example',
    'a-.example',
    'a.-example',
    'a\\.b.example',
    'a\\032b.example',
    'a@b.example',
    'a/b.example',
    'a:1.example',
    'a?b.example',
    '[::1].example',
    'a%2f.example',
    `${'a.'.repeat(126)}example`,
  ])('[F3] refuses %s, which is no domain', (target) => {
    expect(verdict(target)).toEqual({ problem: 'bad domain' });
  });

  it('refuses ports that are none, and parameters that must be understood and are not', () => {
    for (const port of ['', '01', '0000', '000001']) {
      expect(verdict('home.example', [[PORT, bytes(port)]])).toEqual({ problem: 'bad port' });
    }
    for (const mandatory of ['0005', '0003 0007', '00', 'ffff']) {
      expect(verdict('home.example', [[0, bytes(mandatory)]])).toEqual({
        problem: 'unknown mandatory parameter',
      });
    }
  });

  it('has no URL where the owner stands for itself', () => {
    expect(verdict('', [[PORT, uint16(6_287)]])).toEqual({ problem: 'no domain' });
  });
});
