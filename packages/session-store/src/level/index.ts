// The adapter for classic-level stands here.
export {};
