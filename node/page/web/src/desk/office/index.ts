import type { Component } from '../pages';
import { CoveragePage } from './CoveragePage';
import { DraftEditor } from './DraftEditor';
import { Drafts } from './Drafts';
import { ListPage } from './ListPage';
import './office.css';
import { Published, PublishedLesson } from './Published';
import { Stations } from './Stations';

export const officePages: Record<string, Component> = {
  published: Published,
  lesson: PublishedLesson,
  drafts: Drafts,
  draft: DraftEditor,
  list: ListPage,
  coverage: CoveragePage,
  stations: Stations,
};
