import type { Component } from '../pages';

export const officePages: Record<string, Component> = {};
