// The whole of what runs without Node: for compilers that only have to accept it.
import * as noise from '@pubky-paykit/noise-core';
import * as suites from '@pubky-paykit/noise-core/noble';
import * as paykit from 'pubky-paykit';

globalThis.exportedNames = [noise, suites, paykit].flatMap((module) => Object.keys(module));
