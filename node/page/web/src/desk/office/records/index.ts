import type { Component } from '../../pages';
import '../office.css';
import { AttentionPage } from './AttentionPage';
import { CardsPage } from './CardsPage';
import { PersonPage } from './PersonPage';
import './records.css';
import { RecordsPage } from './RecordsPage';
import { ReportPage } from './ReportPage';
import { StationBook } from './StationBook';

export const recordsPages: Record<string, Component> = {
  report: ReportPage,
  'station-book': StationBook,
  attention: AttentionPage,
  records: RecordsPage,
  cards: CardsPage,
  card: PersonPage,
};
