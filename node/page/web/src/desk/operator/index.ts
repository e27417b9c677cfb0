import type { Component } from '../pages';
import { Arriving } from './Arriving';
import { Drives } from './Drives';
import { Health } from './Health';
import { Home } from './Home';
import { Lacking } from './Lacking';
import { Ledger, Register } from './LazyStudies';
import { Lessons } from './Lessons';
import { Limits } from './Limits';
import { Neighbours } from './Neighbours';
import { Storage } from './Storage';
import { Subscriptions } from './Subscriptions';
import { Trust } from './Trust';

export const operatorPages: Record<string, Component> = {
  home: Home,
  register: Register,
  ledger: Ledger,
  arriving: Arriving,
  lacking: Lacking,
  drives: Drives,
  storage: Storage,
  lessons: Lessons,
  subscriptions: Subscriptions,
  limits: Limits,
  neighbours: Neighbours,
  trust: Trust,
  health: Health,
};
