import type { ProfileName } from 'pubky-paykit';

/**
 * Says what a participant has just done, and what that is good for: one step of the story.
 *
 * @param role Whom the participant plays, where that is somebody else.
 */
export type Tell = (step: string, role?: string) => void;

/** Somebody as the others know them: a name for the story, and the identity in z-base-32. */
export interface Acquaintance {
  readonly name: string;
  readonly identity: string;
}

/** All that a participant is told of the network. Everything else is found through it. */
export interface DemoNetwork {
  /** Address of the pkarr relay. */
  readonly relay: string;
  /** The key of the homeserver to sign up on, in z-base-32. */
  readonly homeserver: string;
}

/** What is paid. */
export interface Terms {
  readonly method: string;
  readonly amount: string;
  readonly currency: string;
}

/** Whom to pay, and where that one listens. */
export interface Dial {
  readonly payee: Acquaintance;
  readonly port: number;
  readonly terms: Terms;
}

/** What both sides hold after a payment; `json` is the receipt, or in N the request, as it is sent. */
export interface Settled {
  readonly json: string;
}

/** What a payee has made of the first request. */
export type Answer = ({ readonly kind: 'confirmed' | 'noted' } & Settled) | Refusal;

/** Nothing was confirmed, and nothing stored. */
export interface Refusal {
  readonly kind: 'refused';
  /** What the payer is told, such as `WRONG_PAYER`. */
  readonly reason: string;
}

/** What participants can be asked to play, and what comes of it. */
export interface Scenes {
  /** Makes an identity; with `publishes`, an account and the Noise key of its device for all to find as well. */
  readonly arrive: {
    readonly asks: {
      readonly name: string;
      readonly network: DemoNetwork;
      readonly folder: string;
      readonly publishes: boolean;
    };
    readonly gives: { readonly identity: string };
  };
  /** Looks somebody up, and finds a key. */
  readonly discover: { readonly asks: { readonly whom: Acquaintance }; readonly gives: Nothing };
  /** Opens a port for one payment: with the current key of the device, or with the one before it. */
  readonly listen: {
    readonly asks: {
      readonly pattern: ProfileName;
      readonly method: string;
      readonly key: 'current' | 'former';
    };
    readonly gives: { readonly port: number };
  };
  /** Waits for what comes of the payment, and closes the port. */
  readonly close: { readonly asks: Nothing; readonly gives: Answer };
  /** Pays as the pattern says. `cached`: a frequent contact, whose key is not looked up each time. */
  readonly pay: {
    readonly asks: Dial & { readonly pattern: ProfileName; readonly cached: boolean };
    readonly gives: Settled;
  };
  /** Tries to pay in the name of `claimed`, as `role`, with the Noise key at hand and nothing signed. */
  readonly intrude: {
    readonly asks: Dial & { readonly claimed: Acquaintance; readonly role: string };
    readonly gives: { readonly code: string };
  };
  /** Replaces the Noise key of the device. */
  readonly rotate: { readonly asks: Nothing; readonly gives: Nothing };
  /** Revokes the Noise key of the device, which gets no other. */
  readonly revoke: { readonly asks: Nothing; readonly gives: Nothing };
}

/** No more to say. */
export type Nothing = Readonly<Record<never, never>>;

/** The name of a scene. */
export type SceneName = keyof Scenes;

/** One scene to play. */
export interface Play<Name extends SceneName = SceneName> {
  readonly scene: Name;
  readonly asks: Scenes[Name]['asks'];
}

/** A person of the story, wherever they run. */
export interface Participant {
  /** One scene at a time. Rejects if it could not be played. */
  play<Name extends SceneName>(scene: Name, asks: Scenes[Name]['asks']): Promise<Scenes[Name]['gives']>;
}
