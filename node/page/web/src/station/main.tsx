import { render } from 'preact';
import '../styles/base.css';

render(<main />, document.getElementById('app')!);
