// Chinese for the texts that Streamlit's own widgets carry. Streamlit offers no translation of them, so this script
// replaces them in the page as they appear. Texts of our pages and of people are never touched.
(() => {
  "use strict";

  const WORDS = {
    // files
    "Upload": "上传文件", "Add files": "添加文件", "Upload directories": "上传文件夹", "Browse files": "选择文件",
    "Drag and drop file here": "将文件拖到此处", "Drag and drop files here": "将文件拖到此处",
    "Drag and drop directories here": "将文件夹拖到此处", "Uploading...": "正在上传…", "Too many files": "文件太多",
    "Click to retry upload": "点击重新上传", "File type not allowed.": "不允许这种类型的文件。",
    "Only one file is allowed.": "只能上传一个文件。", "Download failed": "下载失败", "Network Error": "网络错误",
    // choices and inputs
    "Choose an option": "请选择", "Choose options": "请选择（可多选）", "Select...": "请选择", "No results": "没有匹配项",
    "No options to select": "没有可选项", "No options to select.": "没有可选项。", "Select all": "全选",
    "Clear all": "全部清除", "Clear value": "清除", "Clear entry": "清除", "Clear selection": "取消选择",
    "Selected values": "已选择", "Selectbox": "下拉框", "Selectbox options": "选项", "Open": "展开",
    "Increment": "增加", "Decrement": "减少", "Show password": "显示密码", "Hide password": "隐藏密码",
    "Show password text": "显示密码", "Hide password text": "隐藏密码",
    "Press Enter to apply": "按回车确认", "Press Enter to submit form": "按回车提交",
    "Press ⌘+Enter to apply": "按 ⌘+回车确认", "Press Ctrl+Enter to apply": "按 Ctrl+回车确认",
    "Press ⌘+Enter to submit form": "按 ⌘+回车提交", "Press Ctrl+Enter to submit form": "按 Ctrl+回车提交",
    "This field is required": "此项必填", "This field is required.": "此项必填。", "(required)": "（必填）",
    "Required": "必填", "Pagination": "分页", "Previous page": "上一页", "Next page": "下一页",
    // dates
    "Choose date": "选择日期", "Choose date range": "选择日期范围", "Choose date and time": "选择日期和时间",
    "Clear date": "清除日期", "Clear dates": "清除日期", "Clear time": "清除时间", "Date range": "日期范围",
    "Clear date and time": "清除日期和时间", "Time": "时间", "Previous month": "上个月", "Next month": "下个月",
    "Quick select a date range": "快速选择日期范围", "Past Week": "最近一周", "Past Month": "最近一个月",
    "Past 3 Months": "最近三个月", "Past 6 Months": "最近六个月", "Past Year": "最近一年", "Past 2 Years": "最近两年",
    "None": "无",
    // tables and charts
    "Search": "搜索", "Previous Result": "上一个", "Next Result": "下一个", "Close Search": "关闭搜索",
    "Fullscreen": "全屏", "Close fullscreen": "退出全屏", "Show data": "显示数据", "Show chart": "显示图表",
    "Download as CSV": "下载 CSV", "Add row": "新增行", "Delete row(s)": "删除行", "Show/hide columns": "显示或隐藏列",
    "Sort ascending": "升序", "Sort descending": "降序", "Pin column": "固定此列", "Unpin column": "取消固定",
    "Hide column": "隐藏此列", "Autosize": "自动列宽", "Format": "格式", "Statistics": "统计", "empty": "无数据",
    "Copy column name": "复制列名", "Dataframe column menu": "列菜单", "Automatic": "自动", "Localized": "本地格式",
    "Plain": "原样", "Compact": "紧凑", "Percent": "百分比", "Scientific": "科学计数", "Accounting": "会计格式",
    "Dollar": "美元", "Euro": "欧元", "Yen": "日元", "Duration": "时长", "Distance": "距今", "Calendar": "日历",
    "Range": "范围", "Count": "个数", "Values": "值", "Empty": "空值", "Distinct": "不同值", "Average": "平均",
    "Standard deviation": "标准差", "Minimum": "最小", "Median": "中位数", "Maximum": "最大", "Sum": "合计",
    "Minimum length": "最短", "Maximum length": "最长", "Average length": "平均长度", "No data": "无数据",
    "Based on sample": "按样本计算", "Top values frequency chart": "常见值", "Scrollable table": "可滚动的表格",
    // frame
    "Close": "关闭", "Cancel": "取消", "Copy": "复制", "Copied": "已复制", "Copy to clipboard": "复制",
    "View less": "收起", "Expand sidebar": "展开菜单", "Collapse sidebar": "收起菜单", "Sidebar": "菜单",
    "App pages": "页面", "App Logo": "标志", "Logo": "标志", "Navigate to home page": "回到首页",
    "Skip to main content": "跳到主要内容", "Notifications": "通知", "Main menu": "主菜单", "Rerun": "重新运行",
    "Auto rerun": "自动重新运行", "Always rerun": "始终重新运行", "Clear cache": "清除缓存", "Settings": "设置",
    "Print": "打印", "Theme": "主题", "System": "跟随系统", "Use system setting": "跟随系统", "Light": "浅色",
    "Dark": "深色", "About": "关于", "Deploy": "部署", "Record a screencast": "录制屏幕", "Stop": "停止",
    "Running...": "正在运行…", "Stopping...": "正在停止…", "Link to heading": "本节链接",
    // what went wrong
    "Page not found": "没有这个页面", "Connecting": "正在连接", "Connection error": "连接中断",
    "Connection timed out.": "连接超时。", "Network issue": "网络问题", "Unknown error": "未知错误",
    "Unknown Error": "未知错误", "Error": "错误", "Try again": "再试一次", "Continue anyway": "仍然继续",
    "Script execution error": "页面运行出错", "File change.": "程序已更新。",
    "The page that you have requested does not seem to exist. Running the app's main page.":
      "您打开的页面不存在，已转到首页。可从菜单进入各页面。",
    "Streamlit server is not responding. Are you connected to the internet?":
      "服务器没有响应，请检查网络。恢复后页面会自动继续。",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:":
      "服务器没有响应。恢复后页面会自动继续。",
  };

  const PATTERNS = [
    [/^(?:Limit )?([\d.]+)\s?([KMG]B) per file(?: • (.+))?$/, (m) => `单个文件不超过 ${m[1]} ${m[2]}${m[3] ? ` • ${m[3]}` : ""}`],
    [/^View (\d+) more$/, (m) => `展开其余 ${m[1]} 项`],
    [/^(.+) files are not allowed\.?$/, (m) => `不允许 ${m[1]} 类型的文件`],
    [/^File must be (.+) or smaller\.?$/, (m) => `文件不得超过 ${m[1]}`],
    [/^You can only select up to (\d+) options?\. Remove an option first\.?$/, (m) => `最多选择 ${m[1]} 项，请先移除一项`],
    [/^Go to page (\d+)$/, (m) => `转到第 ${m[1]} 页`],
    [/^Page (\d+)(?:, current page)?$/, (m) => `第 ${m[1]} 页`],
    [/^Showing page (\d+) of (\d+).*$/, (m) => `第 ${m[1]} 页，共 ${m[2]} 页`],
    [/^Remove (.+)$/, (m) => `移除 ${m[1]}`],
    [/^You have requested page \/?(.*), but no corresponding file was found.*$/, (m) => `页面 /${m[1]} 不存在，已转到首页。`],
    [/^Made with Streamlit.*$/, () => ""],
  ];

  // Here stands text of pages and of people.
  const LEFT_ALONE = [
    "[data-testid=stMain] [data-testid=stMarkdown]", "[data-testid=stText]", "[data-testid=stCode]",
    "[data-testid=stTable]", "[data-testid=stMetric]", "[data-testid=stWidgetLabel]", "[data-testid=stAlert]",
    "[data-testid=stSidebarNavLink]", "[data-testid=stNavSectionHeader]", "[role=option]", "option", "textarea",
    "script", "style", "canvas",
  ].join(",");
  const ATTRIBUTES = ["placeholder", "title", "aria-label", "alt"];

  const translated = (text) => {
    const plain = text.trim();
    if (Object.hasOwn(WORDS, plain)) return text.replace(plain, WORDS[plain]);
    for (const [pattern, words] of PATTERNS) {
      const match = pattern.exec(plain);
      if (match) return words(match);
    }
    return text;
  };

  const mendText = (node) => {
    const parent = node.parentElement;
    if (!parent || !/[A-Za-z]/.test(node.data) || parent.closest(LEFT_ALONE)) return;
    const text = translated(node.data);
    if (text !== node.data) node.data = text;
  };

  const mendElement = (element) => {
    for (const name of ATTRIBUTES) {
      const old = element.getAttribute(name);
      if (old && /[A-Za-z]/.test(old)) {
        const text = translated(old);
        if (text !== old) element.setAttribute(name, text);
      }
    }
  };

  const mendTree = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return mendText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    mendElement(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      node.nodeType === Node.TEXT_NODE ? mendText(node) : mendElement(node);
    }
  };

  const begin = () => {
    mendTree(document.body);
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "characterData") mendText(change.target);
        else if (change.type === "attributes") mendElement(change.target);
        else change.addedNodes.forEach(mendTree);
      }
    }).observe(document.body, {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
    });
  };

  document.body ? begin() : addEventListener("DOMContentLoaded", begin);
})();
