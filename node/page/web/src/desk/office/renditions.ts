import { t } from './words';

export const RENDITIONS = ['original', '720p', '480p', '360p'] as const;

export const renditionText = (as: string) => (t.has(`rendition_${as}`) ? t(`rendition_${as}` as 'rendition_480p') : as);
