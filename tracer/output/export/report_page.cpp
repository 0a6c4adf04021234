// What every report has around its contents: style and script. Both are small: they are in the program and in each page.
#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/picture.hpp"
#include "tracer/output/export/report.hpp"

#include <fmt/format.h>

namespace shimtrace::output {

namespace {

constexpr std::string_view style = R"(
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:86rem;padding:1rem;color:var(--ink);background:var(--paper)}
h1{font-size:1.45rem;line-height:1.25;margin:.3em 0}h2{font-size:1.15rem;margin:1.8em 0 .5em}h3{font-size:1rem;margin:1.1em 0 .3em}p{margin:.4em 0}
a{color:var(--mark)}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2em 1em;padding:0;margin:.5em 0}
:focus-visible{outline:2px solid var(--mark);outline-offset:2px}.skip{position:absolute;left:-99em}.skip:focus{left:1em}
code,pre,.name{font-family:ui-monospace,monospace;font-size:13px}code,.name,li,dd{overflow-wrap:anywhere}pre{overflow-x:auto;background:var(--box);border:1px solid var(--line);border-radius:4px;padding:.6em;margin:.4em 0;line-height:1.4}
ul,ol{padding-left:1.4em;margin:.3em 0}.faint{color:var(--faint)}.bad{color:var(--bad)}.good{color:var(--good)}
.card{border:1px solid var(--line);border-left:6px solid var(--line);border-radius:6px;padding:.6em 1em 1em;margin:1em 0}.card.stuck{border-left-color:var(--bad)}.card.unknown{border-left-color:var(--warn)}.card.healthy{border-left-color:var(--good)}.card h2{margin-top:.3em}
.badge{display:inline-block;border-radius:3px;padding:0 .5em;font-size:13px;font-weight:600;background:var(--box);color:var(--ink);border:1px solid var(--line)}.badge.stuck,.badge.destroys,.badge.error{background:var(--bad-box);color:var(--bad)}.badge.healthy,.badge.safe{background:var(--good-box);color:var(--good)}.badge.unknown,.badge.disruptive,.badge.warning{background:var(--warn-box);color:var(--warn)}
.two{display:grid;gap:0 2em;grid-template-columns:minmax(0,1fr)}@media(min-width:60rem){.two{grid-template-columns:minmax(0,26rem) minmax(0,1fr)}}.see{overflow-x:auto}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1em 1em;margin:.5em 0}.facts dt{color:var(--faint)}.facts dd{margin:0}
details{margin:.3em 0}summary{cursor:pointer;padding:.15em 0}.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:13px}caption{text-align:left;font-weight:600;font-size:1rem;padding:.8em 0 .3em}th,td{padding:.2em .6em;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line);vertical-align:top}thead th{border-bottom:2px solid var(--faint);background:var(--paper)}tbody th{font-weight:400}
th.name,td.name{text-align:left;width:100%;white-space:pre-wrap;overflow-wrap:anywhere;min-width:14em}td.left,th.left{text-align:left}
th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-decoration:underline dotted}th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
input,.tools button{font:inherit;color:inherit;background:var(--box);border:1px solid var(--faint);border-radius:4px;padding:.15em .5em}.tools{display:flex;flex-wrap:wrap;gap:.5em;align-items:center;margin:.4em 0}
.time{overflow-x:auto;border:1px solid var(--line);border-radius:4px;font-size:12px}.rows{position:relative;width:calc(100%*var(--zoom,1));min-width:100%}.row{border-bottom:1px solid var(--line);padding-top:1px}.row>span{position:sticky;left:0;display:inline-block;max-width:min(100%,90vw);padding:0 .4em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.row.bad>span{color:var(--bad);font-weight:600}
.track{position:relative;height:12px;margin-bottom:3px;background:var(--box)}.track svg{position:absolute;width:100%;height:100%;fill:var(--faint);opacity:.55}.track b{position:absolute;top:0;height:100%;min-width:2px;background:var(--mark);border-left:1px solid var(--paper)}.track .r{background:var(--line)}.track .e{background:var(--warn)}.track .n{background:var(--bad)}.track .m{background:var(--good)}
.axis{display:flex;justify-content:space-between;color:var(--faint);padding:0 .2em}.key i{display:inline-block;width:1em;height:.8em;margin:0 .3em 0 .8em;vertical-align:middle}
@media print{body{max-width:none;padding:0;font-size:11pt}nav,.tools,.skip{display:none}details:not([open])>summary~*{display:none}.card,tr,pre{break-inside:avoid}.scroll,.time,pre{overflow:visible}pre{white-space:pre-wrap}}
)";

// Without it all is there to be read; it sorts, searches and zooms.
constexpr std::string_view script = R"(
(function(){'use strict';
function make(name,text){var e=document.createElement(name);if(text)e.textContent=text;return e}
function value(row,n){var c=row.cells[n];return c.dataset.v===undefined?c.textContent:+c.dataset.v}
document.querySelectorAll('table.t').forEach(function(table){
 var body=table.tBodies[0],heads=table.tHead.rows[0].cells;
 Array.prototype.forEach.call(heads,function(head,n){
  var b=make('button',head.textContent);b.type='button';head.textContent='';head.appendChild(b);
  b.onclick=function(){
   var down=head.getAttribute('aria-sort')!='descending';
   Array.prototype.forEach.call(heads,function(h){h.removeAttribute('aria-sort')});
   head.setAttribute('aria-sort',down?'descending':'ascending');
   Array.prototype.slice.call(body.rows).sort(function(x,y){var a=value(x,n),b=value(y,n);return (a<b?-1:a>b?1:0)*(down?-1:1)}).forEach(function(r){body.appendChild(r)})}});
 if(body.rows.length<8)return;
 var tools=make('div'),label=make('label','Search '),input=make('input'),count=make('span');
 tools.className='tools';input.type='search';count.className='faint';count.setAttribute('role','status');label.appendChild(input);tools.appendChild(label);tools.appendChild(count);
 table.parentNode.parentNode.insertBefore(tools,table.parentNode);
 input.oninput=function(){var w=input.value.toLowerCase(),left=0;
  Array.prototype.forEach.call(body.rows,function(r){var is=r.textContent.toLowerCase().indexOf(w)>=0;r.hidden=!is;if(is)left++});
  count.textContent=w?left+' of '+body.rows.length:''}});
document.querySelectorAll('.time').forEach(function(time){
 var rows=time.querySelector('.rows'),zoom=1,tools=make('div'),say=make('span');
 tools.className='tools';say.setAttribute('role','status');
 function set(to){var middle=(time.scrollLeft+time.clientWidth/2)/rows.offsetWidth;zoom=Math.min(4096,Math.max(1,to));rows.style.setProperty('--zoom',zoom);time.scrollLeft=middle*rows.offsetWidth-time.clientWidth/2;say.textContent=zoom+'×'}
 [['Zoom in',2],['Zoom out',.5],['Whole',0]].forEach(function(x){var b=make('button',x[0]);b.type='button';b.onclick=function(){set(x[1]?zoom*x[1]:1)};tools.appendChild(b)});
 tools.appendChild(say);time.parentNode.insertBefore(tools,time);
 time.onkeydown=function(e){if(e.key=='+'||e.key=='=')set(zoom*2);else if(e.key=='-')set(zoom/2);else if(e.key=='0')set(1);else return;e.preventDefault()};
 time.ondblclick=function(){set(zoom*2)}});
})();
)";

}  // namespace

std::string report_head(std::string_view title) {
    std::string out = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src "
        "'unsafe-inline'\">\n"
        "<title>{}</title>\n<style>\n",
        html(title));
    out += picture_css();
    out += style;
    return out + "</style></head><body>\n<a class=\"skip\" href=\"#main\">To the verdict</a>\n";
}

std::string report_foot(std::string_view writer) {
    std::string out = fmt::format("<footer><p class=\"faint\">Made by {}. This page asks for nothing from anywhere.</p></footer>\n<script>",
                                  html(writer));
    out += script;
    return out + "</script></body></html>\n";
}

}  // namespace shimtrace::output
