// The register and the ledger, fetched where one is opened.
import { late, useLate } from '../../lib/late';
import type { Component } from '../pages';
import { Loading } from '../parts';

const pages = late(() => import('./studies').then((module) => module.studyPages));

const lazily = (page: 'register' | 'ledger'): Component => function Lazily(props) {
  const Page = useLate(pages)?.[page];
  return Page ? <Page {...props} /> : <Loading />;
};

export const Register = lazily('register');
export const Ledger = lazily('ledger');
