"""The one style sheet. ``@role`` stands for a colour of ``desktop.ui.theme.Roles``; all spaces are multiples of 4."""

STYLE_SHEET = """
* { outline: none; }
QWidget#screen, QWidget#gate { background: @window; }
QLabel { background: transparent; color: @ink; }
QLabel[role="title"] { font-size: 20px; }
QLabel[role="heading"] { font-size: 16px; }
QLabel[role="secondary"] { font-size: 13px; color: @secondary; }
QLabel[role="error"] { font-size: 13px; color: @error; }
QLabel[role="doubt"] { font-size: 13px; color: @doubt; }
QLabel[role="confirmed"] { font-size: 13px; color: @confirmed; }

QFrame[role="panel"] { background: @panel; border: 1px solid @line; border-radius: 6px; }
QFrame[role="bar"] { background: @panel; border: none; border-top: 1px solid @line; }
QFrame[role="head"] { background: @panel; border: none; border-bottom: 1px solid @line; }
QFrame[role="side"] { background: @panel; border: none; border-right: 1px solid @line; }
QFrame[role="rule"] { background: @line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="note"] { background: @doubt_ground; border: 1px solid @doubt; border-radius: 6px; }
QFrame[role="note"] QLabel { color: @doubt; }
QFrame[role="alarm"] { background: @error_ground; border: 1px solid @error; border-radius: 6px; }
QFrame[role="alarm"] QLabel { color: @error; }
QFrame[role="good"] { background: @confirmed_ground; border: 1px solid @confirmed; border-radius: 6px; }
QFrame[role="good"] QLabel { color: @confirmed; }
QFrame[role="drop"] { background: @panel; border: 1px dashed @edge; border-radius: 6px; }
QFrame[role="drop"][over="true"] { background: @acts_soft; border: 2px dashed @acts; }

QPushButton { background: @panel; color: @ink; border: 1px solid @edge; border-radius: 6px; padding: 0 16px;
  min-height: 30px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @acts_soft; }
QPushButton:focus { border: 2px solid @acts; padding: 0 15px; min-height: 28px; }
QPushButton:disabled { color: @edge; border-color: @line; }
QPushButton[role="primary"] { background: @acts; color: @on_acts; border: 1px solid @acts; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:pressed { background: @acts_strong;
  border-color: @acts_strong; }
QPushButton[role="primary"]:focus { border: 2px solid @ink; }
QPushButton[role="primary"]:disabled { background: @line; color: @secondary; border-color: @line; }
QPushButton[role="quiet"] { background: transparent; color: @acts; border: 1px solid transparent; padding: 0 8px; }
QPushButton[role="quiet"]:hover { background: @acts_soft; }
QPushButton[role="quiet"]:focus { border: 2px solid @acts; padding: 0 7px; }
QPushButton[role="quiet"]:disabled { color: @edge; }

QPushButton[role="chip"] { border-radius: 15px; padding: 0 12px; }
QPushButton[role="chip"]:checked { background: @acts_soft; color: @acts; border-color: @acts; }

QLineEdit, QPlainTextEdit, QComboBox, QSpinBox { background: @panel; color: @ink; border: 1px solid @edge;
  border-radius: 6px; padding: 0 8px; selection-background-color: @acts; selection-color: @on_acts; }
QLineEdit, QComboBox, QSpinBox { min-height: 30px; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus { border: 2px solid @acts; padding: 0 7px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { min-height: 28px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled { background: @window;
  color: @secondary; border-color: @line; }
QLineEdit[wrong="true"], QComboBox[wrong="true"] { border: 2px solid @error; padding: 0 7px; min-height: 28px; }
QSpinBox::up-button, QSpinBox::down-button { border: none; width: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(@arrow); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @panel; color: @ink; border: 1px solid @edge; padding: 4px;
  selection-background-color: @acts_soft; selection-color: @ink; }
QComboBox QAbstractItemView::item:selected, QListView#suggestions::item:selected { background: @acts_soft;
  color: @ink; }
QListView#suggestions::item, QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 4px; }
QListView#suggestions { background: @panel; color: @ink; border: 1px solid @edge; padding: 4px;
  selection-background-color: @acts_soft; selection-color: @ink; }

QTabBar { background: transparent; border: none; }
QTabBar::tab { background: transparent; color: @secondary; border: none; border-bottom: 2px solid transparent;
  padding: 4px 12px; min-height: 28px; }
QTabBar::tab:selected { color: @acts; border-bottom: 2px solid @acts; }
QTabBar::tab:hover { background: @hover; }
QTabBar::tab:selected:focus { background: @acts_soft; }

QTableView, QTreeView, QListView { background: @panel; color: @ink; border: 1px solid @line; border-radius: 6px;
  gridline-color: @line; selection-background-color: @acts_soft; selection-color: @ink; }
QTableView::item, QTreeView::item { border: none; border-bottom: 1px solid @line; padding: 0 8px; }
QTableView::indicator, QListView::indicator, QCheckBox::indicator { width: 16px; height: 16px;
  border: 1px solid @edge; border-radius: 3px; background: @panel; }
QTableView::indicator:checked, QListView::indicator:checked, QCheckBox::indicator:checked { background: @acts;
  border-color: @acts; image: url(@tick); }
QCheckBox::indicator:focus { border: 2px solid @acts; width: 14px; height: 14px; }
QCheckBox::indicator:checked:focus { border: 2px solid @ink; }
QCheckBox::indicator:disabled { background: @line; border-color: @line; }
QCheckBox:disabled, QRadioButton:disabled { color: @secondary; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid @edge; border-radius: 9px; background: @panel; }
QRadioButton::indicator:focus { border: 2px solid @acts; width: 14px; height: 14px; }
QRadioButton::indicator:checked { border: 5px solid @acts; width: 8px; height: 8px; }
QRadioButton::indicator:checked:focus { border-color: @ink; }
QRadioButton::indicator:disabled { background: @line; border-color: @line; }
QTreeView::item { min-height: 36px; }
QListWidget::item { padding: 0 8px; }
QTableView::item:selected, QTreeView::item:selected { background: @acts_soft; color: @ink; }
QTreeView::branch { background: transparent; border-bottom: 1px solid @line; }
QTreeView::branch:selected { background: @acts_soft; }
QHeaderView { background: @panel; border: none; }
QHeaderView::section { background: @panel; color: @secondary; border: none; border-bottom: 1px solid @line;
  padding: 0 11px; min-height: 36px; font-size: 13px; font-weight: normal; }
QTableCornerButton::section { background: @panel; border: none; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: @edge; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { background: transparent; border: none; }
QWidget#scrolled { background: transparent; }

QProgressBar { color: transparent; background: @line; border: none; border-radius: 4px; min-height: 8px;
  max-height: 8px; }
QProgressBar::chunk { background: @acts; border-radius: 4px; }
QSplitter::handle { background: @line; }
QSplitter[role="gap"]::handle { background: transparent; }
QToolTip { background: @panel; color: @ink; border: 1px solid @edge; padding: 4px 8px; }
QDialog, QMessageBox, QFileDialog { background: @window; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMenu { background: @panel; color: @ink; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 4px 16px; }
QMenu::item:selected { background: @acts_soft; }
QMenu::item:disabled { color: @edge; }
QMenu::separator { background: @line; height: 1px; margin: 4px 8px; }
"""
