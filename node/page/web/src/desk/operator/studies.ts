import { Ledger } from './Ledger';
import { Register } from './Register';

export const studyPages = { register: Register, ledger: Ledger };
