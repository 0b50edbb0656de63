// Test doubles and the conformance suite stand here.
export {};
