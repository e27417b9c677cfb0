import { render } from 'preact';
import '../styles/base.css';

document.documentElement.classList.add('light');
render(<main />, document.getElementById('app')!);
